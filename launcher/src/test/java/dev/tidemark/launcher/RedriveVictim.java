package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.deployment.deadletter.RedriveMark;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;

/** Sends the dead letters of a source again as {@code redrive} does, and waits to be killed. */
public final class RedriveVictim {

    private RedriveVictim() {}

    /** {@code CONFIG before|after LOG/PARTITION@OFFSET}: whether it waits before its commit or after it. */
    public static void main(String[] args) throws InterruptedException {
        Deployment deployment = DeploymentLoader.load(Path.of(args[0]));
        Source source = deployment.source("orders");
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            new SourceTopics(admin).create(RedriveMark.topic(source.topic()), 1, NeededTopic.Role.REDRIVEN);
        }
        SourceLog log = new SourceLog(Position.parse(args[2]).log(), 1);
        RedriveTransactions transactions = RedriveTransactions.open(deployment, source, log);
        transactions.write(events(deployment, source));
        if (args[1].equals("after")) {
            transactions.commit();
            System.out.println("committed");
        } else {
            System.out.println("written");
        }
        new CountDownLatch(1).await();
    }

    /** All dead letters of a source, with another value. */
    static List<Redriven> events(Deployment deployment, Source source) {
        byte[] value = "by the victim".getBytes(StandardCharsets.UTF_8);
        List<Redriven> events = new ArrayList<>();
        try (LetterReader reader = new LetterReader(deployment)) {
            reader.letters(
                    source.topic(), letter -> events.add(new Redriven(letter, value, System.currentTimeMillis())));
        }
        return events;
    }
}
