/** Changes of history that are asked for over HTTP and carried out by the command, in a process of its own. */
package dev.tidemark.serving.change;
