/** Published segments: batch's cells, read from Delta tables and kept in memory. */
package dev.tidemark.serving.segment;
