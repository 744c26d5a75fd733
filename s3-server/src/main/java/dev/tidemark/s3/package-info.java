/** An S3 server for tests. */
package dev.tidemark.s3;
