package dev.tidemark.serving.letter;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.serving.follow.TopicFollower;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Follows the dead letters of all sources. Answers to queries do not wait for it. */
public final class LetterFollower implements TopicFollower.Reader, AutoCloseable {

    private final Map<String, SourceLetters> bySource = new TreeMap<>();
    private final Map<String, SourceLetters> byTopic = new HashMap<>();
    private final TopicFollower follower;

    private LetterFollower(Deployment deployment) {
        deployment.sources().forEach(source -> {
            SourceLetters letters = new SourceLetters(source);
            bySource.put(source.name(), letters);
            byTopic.put(letters.topic(), letters);
            byTopic.put(letters.marksTopic(), letters);
        });
        follower = TopicFollower.start(deployment, "dead letters", byTopic.keySet(), this);
    }

    /** Begins to follow. */
    public static LetterFollower start(Deployment deployment) {
        return new LetterFollower(deployment);
    }

    /** Each source's, by the sources' names. */
    public Map<String, SourceLetters> bySource() {
        return bySource;
    }

    @Override
    public void beginAnew() {
        bySource.values().forEach(SourceLetters::beginAnew);
    }

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) {
        byTopic.get(record.topic()).add(record);
    }

    @Override
    public void complete(Map<String, Boolean> read) {
        Map<SourceLetters, Boolean> complete = new HashMap<>();
        bySource.values().forEach(letters -> complete.put(letters, true));
        read.forEach((topic, all) -> complete.merge(byTopic.get(topic), all, Boolean::logicalAnd));
        complete.forEach(SourceLetters::complete);
    }

    @Override
    public void close() {
        follower.close();
    }
}
