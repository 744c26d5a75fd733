/** Following topics from their beginning, and the threads that follow anything. */
package dev.tidemark.serving.follow;
