/**
 * Reading dead letters: what the topics {@code <topic>.dlq} and {@code <topic>.dlq.redriven} hold, and what it adds up
 * to. The speed layer writes the one, {@code dead-letters redrive} the other.
 */
package dev.tidemark.deployment.deadletter;
