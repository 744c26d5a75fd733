package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic.Role;
import dev.tidemark.deployment.ReferenceTable;
import dev.tidemark.deployment.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/**
 * What {@code doctor} looks at of a deployment whose files are right.
 *
 * @param cadence how often the archive runs
 */
record DeploymentExam(Deployment deployment, Duration cadence) {

    private static final Pattern LOCAL_SLOTS = Pattern.compile("local\\[(\\d{1,6})(,\\d+)?]|local");

    List<Finding> findings() throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        findings.add(servingPort());
        findings.add(metricsPort());
        references().ifPresent(findings::add);
        findings.addAll(broker());
        return findings;
    }

    private Finding servingPort() throws InterruptedException {
        int port = deployment.servingPort();
        if (port == 0) {
            return Finding.ok("serving.port", "any free one");
        }
        ServingAddress address = ServingAddress.expected(port);
        if (isFree(port)) {
            return Finding.ok("serving.port", port + " is free");
        }
        Optional<String> served = address.deploymentServed();
        return served.equals(Optional.of(deployment.name()))
                ? Finding.ok("serving.port", "this deployment is served at " + address)
                : Finding.fail(
                        "serving.port",
                        port + " is taken by "
                                + served.map(name -> "the deployment " + name).orElse("another process"),
                        "stop that, or set serving.port in " + deployment.file());
    }

    private Optional<Finding> references() {
        List<String> missing =
                deployment.referencesToLoad().stream().map(ReferenceTable::name).toList();
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.warn(
                        "references",
                        missing
                                + " have not been loaded as their files state them, and a load names the increments' topics"
                                + " otherwise than below",
                        "`tidemark references load --missing`; `tidemark up` does it too"));
    }

    private Finding metricsPort() {
        int port = deployment.speedMetricsPort();
        if (port == 0) {
            return Finding.ok("speed.metrics_port", "any free one");
        }
        return isFree(port)
                ? Finding.ok("speed.metrics_port", port + " is free")
                : Finding.warn(
                        "speed.metrics_port",
                        port + " is taken, by this deployment's speed layer if it runs",
                        "else set speed.metrics_port in " + deployment.file());
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private List<Finding> broker() throws InterruptedException {
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            TopicPlan plan = TopicPlan.of(admin, deployment);
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok("broker", "answers at " + deployment.shownBroker()));
            plan.topics().forEach(state -> {
                findings.addAll(state.findings(cadence));
                state.timestamps().ifPresent(findings::add);
            });
            findings.add(slots(plan));
            return findings;
        } catch (UnavailableException e) {
            return List.of(
                    deployment.kafka().isEmpty()
                            ? Finding.warn("broker", "none of its own runs", "`tidemark up` starts one")
                            : Finding.fail("broker", e.getMessage(), see()));
        } catch (KafkaException e) {
            return List.of(Finding.fail("broker", "cannot be used: " + innermost(e), see()));
        }
    }

    private String see() {
        return "see `kafka` in " + deployment.file();
    }

    private static String innermost(Throwable failure) {
        return failure.getCause() == null ? failure.getMessage() : innermost(failure.getCause());
    }

    /** Real-time Mode silently does not read a partition that has no task slot. */
    private Finding slots(TopicPlan plan) {
        int partitions = plan.topics().stream()
                .filter(state -> state.topic().role() == Role.INCREMENTS)
                .mapToInt(TopicState::partitions)
                .sum();
        Optional<String> master = Optional.ofNullable(deployment.spark().get("spark.master"));
        if (master.isEmpty()) {
            return Finding.ok("task slots", "as many as partitions, %d".formatted(partitions));
        }
        Matcher local = LOCAL_SLOTS.matcher(master.get());
        if (!local.matches()) {
            return Finding.ok(
                    "task slots",
                    "%d are needed of %s; the speed layer refuses to start with fewer"
                            .formatted(partitions, master.get()));
        }
        int slots = local.group(1) == null ? 1 : Integer.parseInt(local.group(1));
        return slots >= partitions
                ? Finding.ok("task slots", "%d for %d partitions".formatted(slots, partitions))
                : Finding.fail(
                        "task slots",
                        "spark.master is %s, and the sources have %d partitions".formatted(master.get(), partitions),
                        "set `spark: {spark.master: local[%d]}` in %s, or leave it out"
                                .formatted(partitions, deployment.file()));
    }
}
