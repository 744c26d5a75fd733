/** Following topics from their beginning. */
package dev.tidemark.serving.follow;
