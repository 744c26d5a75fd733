/** What the tail has come to, on local disk, so that a start need not fold all of it again. */
package dev.tidemark.serving.spool;
