/** Following the log: the generation of each publication, and the increments that are folded into it. */
package dev.tidemark.serving.fold;
