/** What earlier publications answer, and how answers changed from one to the next. */
package dev.tidemark.serving.history;
