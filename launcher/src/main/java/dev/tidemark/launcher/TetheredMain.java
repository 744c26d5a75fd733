package dev.tidemark.launcher;

import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Runs another main class in a process that the launcher has started, and ends the process when the launcher is gone,
 * even by kill -9. Ctrl-C reaches every process of a terminal; here it is ignored, since the launcher answers it by
 * stopping its children in order.
 *
 * <p>It uses nothing but the JDK, so that it changes no layer's class path.
 */
public final class TetheredMain {

    private static final String LAUNCHER = "tidemark.launcher.pid";

    /** How soon it notices that its launcher is gone. */
    static final Duration PERIOD = Duration.ofMillis(500);

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int SIGTERM_STATUS = 143;

    private TetheredMain() {}

    /** What follows {@code java …} to run {@code mainClass} tethered to this process. */
    static List<String> of(String mainClass, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add("-D" + LAUNCHER + "=" + ProcessHandle.current().pid());
        command.add(TetheredMain.class.getName());
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }

    /**
     * Runs the main class named first with the arguments after it.
     *
     * @throws Throwable what that main throws
     */
    public static void main(String[] args) throws Throwable {
        ignoreKeyboard();
        watch(Long.parseLong(System.getProperty(LAUNCHER)));
        Object rest = Arrays.copyOfRange(args, 1, args.length);
        try {
            Class.forName(args[0]).getMethod("main", String[].class).invoke(null, rest);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    @SuppressWarnings("sunapi")
    private static void ignoreKeyboard() {
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        Signal.handle(new Signal("HUP"), SignalHandler.SIG_IGN);
    }

    private static void watch(long launcher) {
        daemon("launcher-watch", () -> {
            while (isParent(launcher)) {
                sleep(PERIOD);
            }
            daemon("launcher-gone", () -> {
                sleep(PATIENCE);
                Runtime.getRuntime().halt(SIGTERM_STATUS);
            });
            System.exit(SIGTERM_STATUS);
        });
    }

    /** A process whose parent has died gets another parent at once; a new process with the old number is no parent. */
    private static boolean isParent(long launcher) {
        return ProcessHandle.current()
                .parent()
                .filter(parent -> parent.pid() == launcher)
                .isPresent();
    }

    private static void daemon(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void sleep(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
