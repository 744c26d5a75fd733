package dev.tidemark.broker;

/** The broker could not start. The message is one line for a user: the problem, its cause and the remedy. */
public final class BrokerStartException extends RuntimeException {

    BrokerStartException(String message) {
        super(message);
    }

    BrokerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
