package dev.tidemark.system;

import dev.tidemark.broker.SharedBroker;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;

/**
 * While it is open, the shared broker makes its clients wait, by Kafka's quotas: each may read and write so many bytes a
 * second, and have so much of the broker's time. One client is as quick as ever.
 */
final class SlowBroker implements AutoCloseable {

    /** Less than a third of what the serving layer reads at 250 flights a second. */
    private static final double BYTES = 20_000;

    private static final double MANY_BYTES = 1e9;

    /** Of one of the broker's threads, in percent. */
    private static final double TIME = 1;

    private static final double MUCH_TIME = 10_000;

    private static final ClientQuotaEntity ALL =
            new ClientQuotaEntity(Collections.singletonMap(ClientQuotaEntity.CLIENT_ID, null));

    private final Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()));
    private final ClientQuotaEntity quick;

    /** @param quick the id of the client that need not wait */
    SlowBroker(String quick) throws ExecutionException, InterruptedException {
        this.quick = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, quick));
        try {
            alter(quotas(this.quick, MANY_BYTES, MUCH_TIME), quotas(ALL, BYTES, TIME));
        } catch (ExecutionException | InterruptedException e) {
            admin.close();
            throw e;
        }
    }

    /** @param bytes null for any number, as {@code time} */
    private static ClientQuotaAlteration quotas(ClientQuotaEntity clients, Double bytes, Double time) {
        return new ClientQuotaAlteration(
                clients,
                List.of(
                        new ClientQuotaAlteration.Op("producer_byte_rate", bytes),
                        new ClientQuotaAlteration.Op("consumer_byte_rate", bytes),
                        new ClientQuotaAlteration.Op("request_percentage", time)));
    }

    private void alter(ClientQuotaAlteration... quotas) throws ExecutionException, InterruptedException {
        admin.alterClientQuotas(List.of(quotas)).all().get();
    }

    @Override
    public void close() throws ExecutionException, InterruptedException {
        try (admin) {
            alter(quotas(ALL, null, null), quotas(quick, null, null));
        }
    }
}
