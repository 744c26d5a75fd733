/** A bucket of an object store as a file system: what is ours in a warehouse is read and written through it, without Hadoop. */
package dev.tidemark.deployment.s3;
