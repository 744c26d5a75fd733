/** Ids that count once and are too many to be kept in memory, on local disk. */
package dev.tidemark.compile.ids;
