/**
 * The {@code tidemark} command.
 *
 * <p>{@link dev.tidemark.launcher.Tidemark} has the subcommands. Each layer runs in a JVM of its own: {@link
 * dev.tidemark.launcher.Layer} knows how to start one, {@link dev.tidemark.launcher.Child} is one that runs, {@link
 * dev.tidemark.launcher.Supervisor} keeps several running, and {@link dev.tidemark.launcher.TetheredMain} ends one whose
 * launcher was killed.
 */
package dev.tidemark.launcher;
