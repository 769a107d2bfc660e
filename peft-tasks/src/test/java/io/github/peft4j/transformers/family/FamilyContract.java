package io.github.peft4j.transformers.family;

import com.google.common.collect.ImmutableListMultimap;
import io.github.peft4j.transformers.GoldenCase;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.function.ThrowingConsumer;

/**
 * What every family must hold to: it computes what Python computes, and trains as Python trains.
 */
public abstract class FamilyContract {

    /** The calls of each model whose outputs Python kept; those with gradients are in the other. */
    protected abstract ImmutableListMultimap<String, String> outputs();

    /** The calls of each model whose outputs and gradients Python kept. */
    protected abstract ImmutableListMultimap<String, String> trained();

    @TestFactory
    final Stream<DynamicTest> computesWhatPythonComputes() {
        return Stream.of(outputs(), trained())
                .flatMap(calls -> tests(calls, GoldenCase::outputsEqualPython));
    }

    @TestFactory
    final Stream<DynamicTest> trainsAsPythonTrains() {
        return tests(trained(), GoldenCase::gradientsEqualPython);
    }

    private static Stream<DynamicTest> tests(
            ImmutableListMultimap<String, String> calls, ThrowingConsumer<GoldenCase> test) {
        return calls.entries().stream()
                .map(call -> DynamicTest.dynamicTest(call.toString(), played(call, test)));
    }

    private static Executable played(
            Map.Entry<String, String> call, ThrowingConsumer<GoldenCase> test) {
        return () -> {
            try (GoldenCase golden = GoldenCase.open(call.getKey(), call.getValue())) {
                test.accept(golden);
            }
        };
    }
}
