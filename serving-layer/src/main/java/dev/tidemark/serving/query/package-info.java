/** Queries and their answers: parsing, validation, the merge of both layers, certificate and freshness. */
package dev.tidemark.serving.query;
