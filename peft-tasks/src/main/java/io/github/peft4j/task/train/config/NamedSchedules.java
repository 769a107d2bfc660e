package io.github.peft4j.task.train.config;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The schedules that Hugging Face has a name for; any other is a lambda. */
final class NamedSchedules {

    static final ImmutableMap<String, LearningRateSchedule> BY_NAME =
            ImmutableMap.of(
                    "linear", LearningRateSchedule.LINEAR,
                    "cosine", LearningRateSchedule.COSINE,
                    "constant", LearningRateSchedule.CONSTANT,
                    "constant_with_warmup", LearningRateSchedule.CONSTANT_WITH_WARMUP);

    /** Completes "must be ...". */
    static final String RULE =
            "one of "
                    + BY_NAME.keySet().stream()
                            .map(name -> '"' + name + '"')
                            .collect(Collectors.joining(", "));

    private NamedSchedules() {}

    static Optional<String> nameOf(LearningRateSchedule schedule) {
        return BY_NAME.entrySet().stream()
                .filter(entry -> entry.getValue() == schedule)
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
