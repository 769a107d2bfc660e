package io.github.peft4j.cli.bench;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonArray;
import io.github.peft4j.task.generate.GenerationResult;
import io.github.peft4j.task.generate.Generator;
import io.github.peft4j.task.generate.PromptBatch;
import io.github.peft4j.task.generate.config.GenerationConfig;
import java.io.IOException;
import java.util.Arrays;

/** Answers to batches of prompts: the likeliest tokens, exactly as many as the workload says. */
final class GenerateSteps {

    private final BatchSet batches;
    private final GenerationConfig config;
    private final int newTokens;

    GenerateSteps(Workload workload, BatchSet batches) throws IOException {
        this.batches = batches;
        newTokens = workload.newTokens();
        config =
                GenerationConfig.fromPretrained(workload.model()).toBuilder()
                        .optDoSample(false)
                        .optMaxNewTokens(newTokens)
                        .optMinNewTokens(newTokens)
                        .build();
    }

    GenerationResult run(Generator generator, int step) {
        long[][] ids = rows(batches.array(step, "input_ids"));
        long[][] mask = rows(batches.array(step, "attention_mask"));
        return generator.generate(PromptBatch.of(ids, mask), config);
    }

    /** Tokens that a step makes. */
    long tokens(int step) {
        return batches.array(step, "input_ids").getShape().get(0) * newTokens;
    }

    /** The new tokens of all rows, one after the other. */
    static JsonArray newTokens(GenerationResult answers) {
        JsonArray all = new JsonArray();
        for (int row = 0; row < answers.sequences().size(); row++) {
            answers.newTokens(row).forEach(all::add);
        }
        return all;
    }

    private static long[][] rows(NDArray array) {
        int width = (int) array.getShape().get(1);
        long[] all = array.toLongArray();
        long[][] rows = new long[(int) array.getShape().get(0)][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(all, row * width, (row + 1) * width);
        }
        return rows;
    }
}
