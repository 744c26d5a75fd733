package dev.tidemark.serving;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.http.HttpApi;
import dev.tidemark.serving.http.ServedDeployment;
import dev.tidemark.serving.live.LiveSettings;
import dev.tidemark.serving.spool.SpoolHome;
import dev.tidemark.serving.spool.SpoolPace;
import java.util.Optional;

/** The serving layer of one deployment: what it follows, and the HTTP API that answers from it. */
public final class ServingLayer implements AutoCloseable {

    private final ServedDeployment served;
    private final HttpApi api;

    private ServingLayer(ServedDeployment served, HttpApi api) {
        this.served = served;
        this.api = api;
    }

    /**
     * Starts to answer HTTP, and to follow the deployment; queries are 503 until it is {@link #isReady ready}.
     *
     * @param host the address to listen at
     * @param port 0 for any free one
     * @param patience {@link Patience#USUAL}, but in tests
     */
    public static ServingLayer start(Deployment deployment, String host, int port, Patience patience) {
        return start(deployment, host, port, patience, LiveSettings.USUAL, SpoolPace.USUAL);
    }

    /** The same with settings of its own for those who listen to live queries, and a pace at which slices are written. */
    static ServingLayer start(
            Deployment deployment, String host, int port, Patience patience, LiveSettings settings, SpoolPace pace) {
        Optional<SpoolHome> spools = SpoolHome.open(deployment.servingFolder(port), pace);
        ServedDeployment served = ServedDeployment.start(deployment, patience, spools);
        try {
            return new ServingLayer(served, HttpApi.start(served, host, port, settings));
        } catch (RuntimeException e) {
            served.close();
            throw e;
        }
    }

    public int port() {
        return api.port();
    }

    /** Whether every view is answered. */
    public boolean isReady() {
        return served.notReady().isEmpty();
    }

    /** Stops to answer, then to follow. Nothing is lost: all that it knows is read again at the next start. */
    @Override
    public void close() {
        api.close();
        served.close();
    }
}
