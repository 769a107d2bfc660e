package io.github.peft4j.cli.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.cli.conformance.GoldenDirectory.Run;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.io.SafetensorsWriter;
import io.github.peft4j.precision.Precision;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConformanceTest {

    /** Cases outside of errors.json that this version cannot run. */
    private static final ImmutableSet<String> UNSUPPORTED_CASES =
            ImmutableSet.of("adapters/file-lora-bin");

    /** Methods, options, values and steps of errors.json that this version does not have. */
    private static final ImmutableSet<String> UNSUPPORTED_IN_ERRORS =
            ImmutableSet.of(
                    // methods
                    "adamss",
                    "adaption_prompt",
                    "beft",
                    "c3a",
                    "cartridge",
                    "deft",
                    "frod",
                    "glora",
                    "gralora",
                    "hira",
                    "lily",
                    "osf",
                    "peanut",
                    "poly",
                    "psoft",
                    "pvera",
                    "randlora",
                    "shadow",
                    "shira",
                    "supertuning",
                    "tinylora",
                    "unilora",
                    "waveft",
                    // options of LoRA
                    "use_qalora",
                    // steps
                    "checkpointing",
                    "inject_prompt");

    @TempDir private static Path shared;
    @TempDir private Path folder;

    private static GoldenDirectory golden;
    private static Run all;

    @BeforeAll
    static void runEverything() throws IOException {
        golden = GoldenDirectory.complete(shared);
        all = golden.run("*");
    }

    @Test
    void failsNowhere() {
        assertThat(all.of("", "FAIL")).isEmpty();
        assertThat(all.right()).isTrue();
    }

    @Test
    void runsEveryCaseInTheFolder() throws IOException {
        assertThat(all.names()).containsExactlyInAnyOrderElementsOf(golden.cases());
        assertThat(all.names())
                .extracting(name -> name.substring(0, name.indexOf('/')))
                .contains(
                        "models", "adapters", "tokenizers", "errors", "targets", "configs", "bad");
    }

    @Test
    void comparesTheDefaultsOfEveryMethod() {
        assertThat(all.names())
                .containsAll(PeftMethods.names().stream().map(name -> "configs/" + name).toList());
    }

    @Test
    void everyOtherPartIsSupportedWhole() {
        assertThat(all.names("unsupported"))
                .filteredOn(name -> !name.startsWith("errors/"))
                .containsExactlyInAnyOrderElementsOf(UNSUPPORTED_CASES);
    }

    /** A row may only be unsupported for something listed that it asks for itself. */
    @Test
    void rowsOfErrorsAreUnsupportedOnlyForWhatIsListed() throws IOException {
        Set<String> reasons = new TreeSet<>();
        for (String name : all.names("unsupported")) {
            if (name.startsWith("errors/")) {
                Set<String> listed =
                        Sets.intersection(UNSUPPORTED_IN_ERRORS, golden.namesInErrorRow(name));
                assertThat(listed).as("what this version lacks for %s", name).isNotEmpty();
                reasons.addAll(listed);
            }
        }

        assertThat(reasons)
                .as("what is supported by now must leave the list")
                .containsExactlyInAnyOrderElementsOf(UNSUPPORTED_IN_ERRORS);
    }

    @Test
    void callsUnsupportedWhatTheLibraryRefusesAndSaysWhy() {
        List<String> unsupported = all.of("", "unsupported");

        assertThat(unsupported)
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith("adapters/file-lora-bin ")
                                        .contains("pickled weights only"))
                .anySatisfy(
                        line ->
                                assertThat(line)
                                        .startsWith("errors/")
                                        .contains("The method C3A is not implemented"))
                .allSatisfy(line -> assertThat(line).containsPattern("unsupported: .{20}"));
        assertThat(all.lines()).doesNotHaveDuplicates();
    }

    @Test
    void countsAtTheEnd() {
        assertThat(all.last())
                .isEqualTo(
                        all.of("", "pass").size()
                                + " passed, 0 failed, "
                                + all.of("", "unsupported").size()
                                + " unsupported");
        int cases = all.of("", "pass").size() + all.of("", "unsupported").size();
        assertThat(all.lines()).hasSize(cases + 1);
    }

    @ParameterizedTest
    @CsvSource({
        "adapters/lora-seqcls-bert, out.logits",
        "adapters/lora-seqcls-bert, base.logits",
        "adapters/lora-seqcls-bert, merged.logits",
        "adapters/lora-seqcls-bert, merged_weight.bert.encoder.layer.0.attention.self.query.weight",
        "adapters/lora-seqcls-bert, grad.base_model.model.classifier.weight",
        "adapters/lora-seqcls-bert, sgd.losses",
        "adapters/lora-seqcls-bert, adamw.param.base_model.model.classifier.bias",
        "adapters/ptuning-seqcls, out.logits",
        "adapters/ptuning-seqcls, grad.prompt_encoder.mlp_head.2.weight",
        "adapters/cpt-decay, sgd.param.prompt_encoder.delta_embedding.weight",
        "adapters/multi-lora-default, out.other.logits",
        "adapters/multi-lora-train, train.sgd.losses",
        "adapters/mixed-train, train.adamw.losses",
        "adapters/multi-lora-merge-bert, out.merged_two.logits",
        "adapters/file-lora-float16, out.logits",
    })
    void failsOnADamagedTensor(String name, String tensor) throws IOException {
        golden.only(folder, name);
        scale(folder.resolve(name).resolve("expected.safetensors"), tensor, 1.0002f);

        Run run = new GoldenDirectory(folder).run("*");

        assertThat(run.right()).isFalse();
        assertThat(run.last()).isEqualTo("0 passed, 1 failed, 0 unsupported");
        assertThat(run.of(name, "FAIL").toString()).contains(tensor + " differs by 2.0e-04");
    }

    @Test
    void failsOnADamagedModelCase() throws IOException {
        golden.only(folder, "models/bert-sentence");
        Path expected = folder.resolve("models/bert-sentence/expected");
        scale(expected.resolve("pooled.safetensors"), "out.mean_pooled_normalized", 1.0002f);
        scale(expected.resolve("text.safetensors"), "in.input_ids", 2);

        Run run = new GoldenDirectory(folder).run("*");

        assertThat(run.of("models/bert-sentence/pooled", "FAIL").toString())
                .contains("out.mean_pooled_normalized differs");
        assertThat(run.of("models/bert-sentence/text", "FAIL").toString())
                .contains("the tokenizer's in.input_ids are");
        assertThat(run.last()).isEqualTo("3 passed, 2 failed, 0 unsupported");
    }

    private static void scale(Path file, String tensor, float factor) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Map<String, NDArray> arrays = new LinkedHashMap<>();
            Map<String, String> metadata;
            try (SafetensorsReader reader = SafetensorsReader.openUnmapped(file)) {
                metadata = reader.metadata();
                for (String name : reader.names()) {
                    NDArray array = reader.load(manager, name);
                    arrays.put(
                            name,
                            name.equals(tensor)
                                    ? array.mul(factor).toType(array.getDataType(), false)
                                    : array);
                }
            }
            assertThat(arrays).containsKey(tensor);
            SafetensorsWriter.writeArrays(file, arrays, metadata);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    adapters/lora-seqcls-bert  | adapter_config.json | "lora_alpha": 8 | "lora_alpha": 9 | out.logits differs
                    adapters/lora-seqcls-bert  | case.json | "trainable_parameters": 1 | "trainable_parameters": 2 | Python has
                    adapters/lora-seqcls-bert  | case.json | PeftModelForSequenceClassification | PeftModel | wrapper class
                    adapters/multi-lora-default | case.json | "enabled": true | "enabled": false | enabled: true, Python has false
                    adapters/multi-lora-load   | case.json | lora_A.two.weight | lora_C.two.weight | missing keys
                    adapters/multi-lora-train  | thin/adapter_config.json | "lora_alpha": 6 | "lora_alpha": 7 | train.sgd.losses differs
                    adapters/mixed-train       | hadamard/adapter_config.json | "alpha": 6 | "alpha": 7 | train.sgd.losses differs
                    adapters/multi-lora-bias   | two/adapter_config.json | "bias": "lora_only" | "bias": "none" | accepted
                    adapters/file-lora-wrong-rank | case.json | "expect": "error" | "same_as_source": true, "expect": "loads" | refused, and Python loads it
                    adapters/file-lora-float64 | case.json | "expect": "loads" | "expect": "error", "expect_error": {} | loaded, and Python refuses it
                    adapters/file-lora-float64 | case.json | "load_kwargs": {} | "load_kwargs": {}, "warnings": [{"text": "no_such_key"}] | no warning where Python says
                    tokenizers/bert | cases.json | "vocab_size":180 | "vocab_size":181 | vocab_size: 180, Python has 181
                    tokenizers/bert | cases.json | "input_ids":[ | "input_ids":[7, | input_ids:
                    configs/LORA.json | | "r": 8 | "r": 9 | r is 8, Python has 9
                    bad | list.json | "good": {"loads": true | "good": {"loads": false | read, and Python refuses it
                    bad | list.json | "seven-bytes": {"loads": false | "seven-bytes": {"loads": true | refused, and Python reads it
                    bad | list.json | [2, 2] | [4] | is ["float32",[2,2]], Python has ["float32",[4]]
                    """)
    void failsOnADamagedDescription(String path, String file, String text, String by, String reason)
            throws IOException {
        golden.only(folder, path);
        new GoldenDirectory(folder).damage(file == null ? path : path + "/" + file, text, by);

        Run run = new GoldenDirectory(folder).run("*");

        assertThat(run.right()).isFalse();
        assertThat(run.of("", "FAIL")).hasSize(1).first().asString().contains(reason);
    }

    @Test
    void failsOnADamagedRowOfATable() throws IOException {
        golden.only(folder, "errors.json");
        golden.only(folder, "targets.json");
        GoldenDirectory copy = new GoldenDirectory(folder);
        copy.damage("errors.json", "\"outcome\":\"error\"", "\"outcome\":\"fine\"");
        copy.damage(
                "errors.json",
                "`loftq_config` specified but will be ignored when `init_lora_weights` is not"
                        + " 'loftq'.",
                "`no_such_option` is odd.");
        copy.damage(
                "targets.json",
                "\"matched\": [\"bert.encoder.layer.0.attention.self.query\", ",
                "\"matched\": [");

        Run run = copy.run("{errors/0,errors/86,targets/0,targets/1}");

        assertThat(run.last()).isEqualTo("1 passed, 3 failed, 0 unsupported");
        assertThat(run.of("errors/0", "FAIL").toString()).contains("Python accepts it");
        assertThat(run.of("errors/86", "FAIL").toString()).contains("no warning where Python");
        assertThat(run.of("targets/0", "FAIL").toString()).contains("adapted layers: [");
    }

    @Test
    void passesOverPartsThatAreNotThere() throws IOException {
        golden.only(folder, "configs/LORA.json");

        assertThat(new GoldenDirectory(folder).run("*").last())
                .isEqualTo("1 passed, 0 failed, 0 unsupported");
    }

    @Test
    void savesSingleAdaptersAgain() throws IOException {
        Path out = folder.resolve("out");
        List<String> lines = new ArrayList<>();

        new Conformance(shared, null, "lora-r1", out, Precision.FLOAT32).run(lines::add);

        assertThat(lines).hasSize(2);
        assertThat(Files.readAllBytes(out.resolve("lora-r1/adapter_model.safetensors")))
                .isEqualTo(
                        Files.readAllBytes(
                                Golden.path("adapters/lora-r1/adapter_model.safetensors")));
        assertThat(out.resolve("lora-r1/java.safetensors")).exists();
        assertThat(PeftConfig.fromPretrained(out.resolve("lora-r1")).toMap())
                .isEqualTo(PeftConfig.fromPretrained(Golden.path("adapters/lora-r1")).toMap());
    }

    @Test
    void savesEachOfSeveralAdaptersAndAsLora() throws IOException {
        Path out = folder.resolve("out");

        new Conformance(shared, null, "multi-lora-default", out, Precision.FLOAT32).run(line -> {});

        Path saved = out.resolve("multi-lora-default");
        assertThat(Files.readAllBytes(saved.resolve("other/adapter_model.safetensors")))
                .isEqualTo(
                        Files.readAllBytes(
                                Golden.path(
                                        "adapters/multi-lora-default/other/adapter_model.safetensors")));
        assertThat(saved.resolve("default/java.safetensors")).exists();
        assertThat(saved.resolve("other/java.safetensors")).exists();
        assertThat(saved.resolve("other.as-lora/java.safetensors")).exists();
    }
}
