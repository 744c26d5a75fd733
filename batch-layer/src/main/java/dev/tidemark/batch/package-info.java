/**
 * The batch layer: {@code archive} appends topics to the master dataset, {@code recompute} makes segments from it and
 * publishes them. {@link dev.tidemark.batch.BatchMain} is the way in.
 *
 * <p>What has been done is read from what has been written: from the metadata of a Delta table's own commits
 * ({@link dev.tidemark.deployment.DeltaCommits}), never from a file kept beside it.
 */
package dev.tidemark.batch;
