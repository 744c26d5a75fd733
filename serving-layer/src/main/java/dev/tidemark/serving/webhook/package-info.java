/** Delivering alerts over HTTP. */
package dev.tidemark.serving.webhook;
