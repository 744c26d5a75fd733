package dev.tidemark.batch;

import java.time.Instant;
import java.util.List;

/**
 * What an import says of itself in its commit.
 *
 * @param id the id of its log
 * @param at when it was made: the record timestamp of its malformed rows
 * @param files the files, by their numbers in the import
 */
record Imported(String id, Instant at, List<File> files) {

    Imported {
        files = List.copyOf(files);
    }

    /**
     * A file.
     *
     * @param name its name, without its folder
     * @param content a hash of what is in it, by which it is known again under any name
     */
    record File(String name, String content) {}

    /**
     * What the commit that takes an import out again says of it.
     *
     * @param id the id of its log
     * @param at when it was revoked
     */
    record Revoked(String id, Instant at) {}
}
