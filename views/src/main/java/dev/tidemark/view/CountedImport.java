package dev.tidemark.view;

/**
 * An import below a cut. Its rows are counted whole or not at all.
 *
 * @param id the id of its log
 * @param files how many files with rows it has
 * @param rows how many rows
 */
public record CountedImport(String id, int files, long rows) {}
