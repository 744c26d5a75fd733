/** Following the topics of dead letters, for their page and their metrics. */
package dev.tidemark.serving.letter;
