/** What is said of a request that cannot be answered: RFC 9457 problem details. */
package dev.tidemark.serving.problem;
