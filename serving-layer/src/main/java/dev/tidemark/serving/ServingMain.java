package dev.tidemark.serving;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.serving.fold.Patience;
import io.javalin.util.JavalinBindException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The serving process: answers queries over HTTP until it is told to stop. It keeps no state of its own, but a
 * cache. Exit codes: 1
 * failed, with what is wrong on stderr; 2 wrong usage; 75 ({@link UnavailableException#EXIT_STATUS}) something is not
 * there that may come back, such as the broker.
 */
@Command(
        name = "serve",
        description = "Answer queries over HTTP.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class ServingMain implements Callable<Integer> {

    static final int FAILED = 1;
    private static final long POLL_MILLIS = 20;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            defaultValue = "tidemark.yaml",
            description = "The deployment (default: ${DEFAULT-VALUE}).")
    private Path config;

    @Option(
            names = "--host",
            defaultValue = "${env:TIDEMARK_SERVING_HOST:-127.0.0.1}",
            description = "The address to listen at: 0.0.0.0 for all (default: ${DEFAULT-VALUE}).")
    private String host;

    @Option(names = "--port", description = "The port, 0 for any free one (default: serving.port of the deployment).")
    private Integer port;

    public static void main(String[] args) {
        endOnErrors("serve");
        System.exit(new CommandLine(new ServingMain())
                .setExecutionExceptionHandler((failure, command, parsed) -> fail(failure, command.getCommand()))
                .execute(args));
    }

    /**
     * Ends the process when a thread dies of an error, such as too little memory: answers would otherwise stand still
     * without a word. Nothing is lost, all that it knows is read again at the next start.
     *
     * @param process its name, for the message
     */
    static void endOnErrors(String process) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            LoggerFactory.getLogger(ServingMain.class).error("thread {} died", thread.getName(), failure);
            if (failure instanceof Error) {
                System.err.println(process + ": " + failure + " in thread " + thread.getName() + "; the process ends");
                Runtime.getRuntime().halt(FAILED);
            }
        });
    }

    private static int fail(Exception failure, ServingMain main) {
        System.err.println("serve: " + message(failure, main.config));
        return UnavailableException.of(failure).isPresent() ? UnavailableException.EXIT_STATUS : FAILED;
    }

    static String message(Exception failure, Path config) {
        if (failure instanceof KafkaException) {
            LoggerFactory.getLogger(ServingMain.class).debug("failed", failure);
            return "the broker cannot be used: " + innermost(failure).getMessage() + "; see kafka.bootstrap.servers in "
                    + config;
        }
        boolean expected = failure instanceof InvalidDeploymentException
                || failure instanceof RefusedException
                || failure instanceof UnavailableException
                || failure instanceof SupersededException
                || failure instanceof JavalinBindException;
        if (!expected) {
            LoggerFactory.getLogger(ServingMain.class).debug("failed", failure);
        }
        return expected ? failure.getMessage() : failure.toString();
    }

    private static Throwable innermost(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost;
    }

    @Override
    public Integer call() throws InterruptedException {
        Deployment deployment = DeploymentLoader.load(config);
        int wanted = port == null ? deployment.servingPort() : port;
        ServingLayer serving = ServingLayer.start(deployment, host, wanted, Patience.USUAL);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(serving, stopped), "stop"));
        while (!serving.isReady()) {
            if (stopped.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                return 0;
            }
        }
        System.out.println("serving ready at http://" + host + ":" + serving.port());
        stopped.await();
        return 0;
    }

    private static void stop(ServingLayer serving, CountDownLatch stopped) {
        serving.close();
        stopped.countDown();
    }
}
