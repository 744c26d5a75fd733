/**
 * A Kafka broker of one's own, for deployments that name none and for tests.
 *
 * <p>{@link dev.tidemark.broker.EmbeddedBroker} runs a real single-node broker in this JVM, {@link
 * dev.tidemark.broker.BrokerMain} makes a process of it, and {@link dev.tidemark.broker.SharedBroker} gives every test
 * of a JVM the same one.
 */
package dev.tidemark.broker;
