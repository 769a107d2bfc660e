package io.github.peft4j.cli.soak.signals;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Commands that need files: each would work for minutes on the small models of the tests. */
final class GoldenCommands {

    private static final String MODEL = "llama-causal";

    private static final String WORKLOADS =
            """
            {"defaults": {"kind": "predict", "mode": "active", "dtype": "float32",
                          "steps": 1000000, "warmup": 1, "quick_steps": 2, "config_overrides": {}},
             "workloads": [{"name": "long", "model": "%s", "adapter": "lora-causal-llama",
                            "kind": "generate", "batches": "prompts", "new_tokens": 50}]}
            """;

    private static final String HEADER =
            "{\"input_ids.0\":{\"dtype\":\"I64\",\"shape\":[1,3],\"data_offsets\":[0,24]},"
                    + "\"attention_mask.0\":{\"dtype\":\"I64\",\"shape\":[1,3],"
                    + "\"data_offsets\":[24,48]}}";

    private GoldenCommands() {}

    /**
     * The commands, whose input is written.
     *
     * @param golden reference cases, with their models
     * @param work an empty folder
     */
    static ImmutableList<List<String>> of(Path golden, Path work) throws IOException {
        Path real = golden.toRealPath();
        for (String name : new String[] {"models", "adapters"}) {
            Files.createSymbolicLink(work.resolve(name), real.resolve(name));
        }
        Files.writeString(work.resolve("workloads.json"), WORKLOADS.formatted(MODEL));
        Files.write(
                Files.createDirectory(work.resolve("batches")).resolve("prompts.safetensors"),
                batch());
        Path prompts = work.resolve("prompts.txt");
        Files.writeString(prompts, "the fox and the dog\n".repeat(20_000));
        return ImmutableList.of(
                ImmutableList.of("conformance", real.toString()),
                ImmutableList.of(
                        "generate",
                        "--model",
                        real.resolve("models").resolve(MODEL).toString(),
                        "--input",
                        prompts.toString(),
                        "--max-new-tokens",
                        "50"),
                ImmutableList.of(
                        "bench",
                        "--workload",
                        "long",
                        "--models",
                        work.toString(),
                        "--out",
                        work.resolve("out.json").toString()));
    }

    /** One prompt of three tokens. */
    private static byte[] batch() {
        byte[] header = HEADER.getBytes(StandardCharsets.UTF_8);
        ByteBuffer file =
                ByteBuffer.allocate(Long.BYTES * 7 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length).put(header);
        for (long value : new long[] {5, 6, 7, 1, 1, 1}) {
            file.putLong(value);
        }
        return file.array();
    }
}
