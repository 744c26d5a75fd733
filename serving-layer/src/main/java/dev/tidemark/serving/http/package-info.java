/** The HTTP API's addresses and pages. */
package dev.tidemark.serving.http;
