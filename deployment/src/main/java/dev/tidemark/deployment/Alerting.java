package dev.tidemark.deployment;

import java.util.Optional;

/**
 * That a view sends alerts, and how. It is no part of the definition set, since it decides nothing of what an event
 * contributes.
 *
 * @param view the view's name
 * @param topic the topic that they are sent to; several views may share it
 * @param threshold when a view of panes sends them; empty of a pattern view, which sends each match
 * @param webhook where they are delivered too
 */
public record Alerting(String view, String topic, Optional<Threshold> threshold, Optional<Webhook> webhook) {}
