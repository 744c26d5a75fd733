package dev.tidemark.serving.webhook;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.Webhook;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.AlertLog;
import dev.tidemark.serving.webhook.Receiver.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the alerts of one view to its webhook, one after the other and each at least once, in a thread of its own. What is
 * not delivered yet stands on the topic; how far it has come is committed after each alert.
 */
public final class Delivery implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    private static final Duration TO_FINISH = Duration.ofMillis(500);
    private static final double JITTER = 0.2;

    private final Deployment deployment;
    private final Alerting alerting;
    private final Webhook webhook;
    private final DeliveryPace pace;
    private final AlertLog log;
    private final CompletableFuture<Void> end;
    private final Receiver receiver;
    private final Thread thread;
    private Instant renewal = Instant.MIN;
    private volatile boolean attempting;
    private volatile boolean closed;

    /** @param end fails when another process has taken over */
    public Delivery(
            Deployment deployment,
            Alerting alerting,
            Webhook webhook,
            DeliveryPace pace,
            AlertLog log,
            CompletableFuture<Void> end) {
        this.deployment = deployment;
        this.alerting = alerting;
        this.webhook = webhook;
        this.pace = pace;
        this.log = log;
        this.end = end;
        this.receiver = new Receiver(deployment.name(), webhook, pace.timeout());
        this.thread = new Thread(this::run, "webhook-of-" + alerting.view());
        thread.setDaemon(true);
    }

    /** Begins to deliver. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed) {
                deliver();
                Thread.sleep(closed ? 0 : AFTER_FAILURE.toMillis());
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped delivering the alerts of view {}", alerting.view());
        } catch (SupersededException | UnavailableException e) {
            end.completeExceptionally(e);
        } catch (RuntimeException | Error e) {
            if (!closed) {
                end.completeExceptionally(e);
            }
        }
    }

    /** Returns if the topic cannot be read: then it is read again from where it was committed. */
    private void deliver() throws InterruptedException {
        try (Outbox outbox = Outbox.open(deployment, alerting, webhook.giveUpAfter())) {
            // A new webhook begins there once; what stands already is remembered for longer.
            commit(outbox);
            while (!closed) {
                for (ConsumerRecord<byte[], byte[]> record : outbox.poll()) {
                    deliver(outbox, record);
                }
                renew(outbox);
            }
        } catch (KafkaException e) {
            if (!closed) {
                LOG.warn("alerts of view {} cannot be read, and will be again: {}", alerting.view(), e.getMessage());
            }
        }
    }

    private void deliver(Outbox outbox, ConsumerRecord<byte[], byte[]> record) throws InterruptedException {
        Optional<Alert> alert = Alert.of(record, deployment.name())
                .filter(found -> !closed && found.view().equals(alerting.view()));
        if (alert.isPresent()) {
            outbox.done(record, deliver(outbox, alert.get(), Instant.ofEpochMilli(record.timestamp())));
            commit(outbox);
        }
    }

    /** What is not committed is delivered again, so it is tried for as long as it takes. */
    private void commit(Outbox outbox) throws InterruptedException {
        while (!log.delivered(alerting.view(), outbox.standing()) && !closed) {
            Thread.sleep(AFTER_FAILURE.toMillis());
        }
        renewal = Instant.now().plus(pace.renewal());
    }

    private void renew(Outbox outbox) throws InterruptedException {
        if (Instant.now().isAfter(renewal)) {
            commit(outbox);
        }
    }

    /** Whether it was delivered, and not given up. */
    private boolean deliver(Outbox outbox, Alert alert, Instant sent) throws InterruptedException {
        Duration left = Duration.between(Instant.now(), sent.plus(webhook.giveUpAfter()));
        if (left.toMillis() < 1) {
            LOG.warn("alert {} is given up: it is older than give_up_after", alert.id());
            return false;
        }
        attempting = true;
        try {
            Reply reply = Failsafe.with(policy(alert, left)).get(() -> {
                renew(outbox);
                return receiver.post(alert);
            });
            if (!reply.isDelivered()) {
                LOG.warn("alert {} is given up: {} answers {}", alert.id(), webhook.shown(), reply.status());
            }
            return reply.isDelivered();
        } catch (SupersededException | UnavailableException e) {
            throw e;
        } catch (RuntimeException e) {
            Throwable cause = e instanceof FailsafeException ? e.getCause() : e;
            if (cause instanceof InterruptedException) {
                throw new InterruptedException("while delivering alert " + alert.id());
            }
            LOG.warn("alert {} is given up: {} does not answer: {}", alert.id(), webhook.shown(), name(cause));
            return false;
        } finally {
            attempting = false;
        }
    }

    /** Whether the receiver is in trouble, and not the log. */
    private static boolean isTrouble(Throwable failure) {
        boolean isOfTheLog = failure instanceof SupersededException || failure instanceof UnavailableException;
        return failure instanceof IOException || failure instanceof RuntimeException && !isOfTheLog;
    }

    /** The type of failure alone: its message may have the address in it. */
    private static String name(Throwable failure) {
        return failure == null ? "no reason" : failure.getClass().getSimpleName();
    }

    private RetryPolicy<Reply> policy(Alert alert, Duration left) {
        // There has to be time for a second attempt.
        Duration first = Collections.min(List.of(pace.first(), left.dividedBy(2)));
        return RetryPolicy.<Reply>builder()
                // Whatever it is, the alert waits: other views' alerts do not depend on this receiver.
                .handleIf(Delivery::isTrouble)
                .handleResultIf(Reply::isTrouble)
                .withBackoff(first, pace.longest())
                .withJitter(JITTER)
                .withDelayFn(context -> wanted(context.getLastResult(), first))
                .withMaxRetries(-1)
                .withMaxDuration(left)
                .onFailedAttempt(attempt -> {
                    if (attempt.getAttemptCount() == 1) {
                        LOG.warn(
                                "alert {} waits, and is tried again for {}: {} {}",
                                alert.id(),
                                left,
                                webhook.shown(),
                                attempt.getLastResult() == null
                                        ? "does not answer: " + name(attempt.getLastException())
                                        : "answers " + attempt.getLastResult().status());
                    }
                })
                .build();
    }

    /** How long the receiver wants to be left alone, and no shorter than {@code least}; below zero if it does not say. */
    private static Duration wanted(Reply reply, Duration least) {
        return Optional.ofNullable(reply)
                .flatMap(Reply::retryAfter)
                .map(asked -> Collections.max(List.of(asked, least)))
                .orElse(Duration.ofMillis(-1));
    }

    /** Lets what is on its way come to its end, so that it is not delivered again; what waits for a receiver waits on. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(TO_FINISH.toMillis());
            // Kafka's clients complain when they are interrupted, and need not be.
            if (attempting) {
                thread.interrupt();
            }
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
