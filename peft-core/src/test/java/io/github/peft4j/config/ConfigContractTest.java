package io.github.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSetMultimap;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the table of every method's options promises. */
class ConfigContractTest {

    /** What a config cannot be without, and what the golden file of defaults was made with. */
    private static final ImmutableMap<String, Map<String, ?>> NEEDED =
            ImmutableMap.of(
                    "ADALORA", Map.of("total_step", 10),
                    "CPT", Map.of("task_type", "CAUSAL_LM"),
                    "XLORA", Map.of("hidden_size", 32, "adapters", Map.of()));

    /** Options that are refused unless another one is set. */
    private static final ImmutableMap<String, Map<String, ?>> COMPANIONS =
            ImmutableMap.of(
                    "layers_pattern", Map.of("layers_to_transform", List.of(0)),
                    "boft_block_num", Map.of("boft_block_size", 0),
                    "r", Map.of("oft_block_size", 0),
                    "tokenizer_kwargs",
                            Map.of(
                                    "prompt_tuning_init", "TEXT",
                                    "prompt_tuning_init_text", "good or bad",
                                    "tokenizer_name_or_path", "bert"));

    /** Options that take one value, whatever is given: another option decides, or it is refused. */
    private static final ImmutableSetMultimap<String, String> CONSTANT =
            ImmutableSetMultimap.<String, String>builder()
                    .putAll("LORA", "loftq_config")
                    .putAll("ADALORA", "loftq_config", "use_dora")
                    .putAll("CPT", "num_virtual_tokens", "num_transformer_submodules", "task_type")
                    .build();

    /** Values of many types: each option takes some of them and refuses the others. */
    static final List<Object> CANDIDATES =
            List.of(
                    true,
                    false,
                    0,
                    1,
                    2,
                    3,
                    7,
                    0.25,
                    "all",
                    "text",
                    "mini",
                    "lycoris",
                    "decay",
                    "road_2",
                    "SEQ_CLS",
                    "CAUSAL_LM",
                    "RANDOM",
                    "TEXT",
                    "LSTM",
                    "gaussian",
                    List.of("a", "b"),
                    List.of(2),
                    List.of(1, 2),
                    List.of(List.of(0, 2)),
                    Map.of("a", 3),
                    Map.of("a", 0.5),
                    Map.of("a", List.of(true, false)),
                    Map.of("0", "directory"),
                    Map.of("nblocks", 2));

    static Stream<PeftConfig> defaults() {
        return PeftMethods.names().stream()
                .map(name -> PeftConfig.loadMap(with(name, Map.of())).config())
                .filter(PeftConfig.class::isInstance)
                .map(PeftConfig.class::cast);
    }

    private static Map<String, Object> with(String method, Map<String, ?> more) {
        Map<String, Object> json = new HashMap<>(NEEDED.getOrDefault(method, Map.of()));
        json.put("peft_type", method);
        json.putAll(more);
        return json;
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void hasPeftsDefaults(PeftConfig config) throws IOException {
        String file = "configs/" + config.peftType() + ".json";
        String golden = Files.readString(Golden.path(file));

        assertThat(config.toMap()).isEqualTo(JsonValues.parseObject(golden, file));
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void statesEachOptionWithItsMeaning(PeftConfig config) {
        assertThat(config.type().options())
                .isNotEmpty()
                .allSatisfy(option -> assertThat(option.meaning()).as(option.key()).isNotBlank());
        assertThat(config.toMap().keySet())
                .hasSize(config.type().options().size() + 1)
                .contains("peft_type");
    }

    /** Every option takes another value than its default, and brings it back. */
    @ParameterizedTest
    @MethodSource("defaults")
    void comesBackFromItsJson(PeftConfig config) {
        List<String> constant = new ArrayList<>();
        for (Option<?> option : config.type().options()) {
            int taken = 0;
            for (Object candidate : CANDIDATES) {
                PeftConfig changed = tryWith(config, option, candidate);
                if (changed == null) {
                    continue;
                }
                assertThat(PeftConfig.fromJson(changed.toJson())).isEqualTo(changed);
                assertThat(changed.toBuilder().build(warning -> {})).isEqualTo(changed);
                Object now = changed.toMap().get(option.key());
                Object before = config.toMap().get(option.key());
                boolean moved = !Objects.equals(now, before);
                assertThat(changed.equals(config)).isEqualTo(!differs(changed, config));
                taken += moved ? 1 : 0;
            }
            if (taken == 0) {
                constant.add(option.key());
            }
        }
        assertThat(constant)
                .as("options of %s that take their default alone", config.peftType())
                .hasSameElementsAs(CONSTANT.get(config.peftType().name()));
    }

    private static boolean differs(PeftConfig changed, PeftConfig config) {
        return !changed.toMap().equals(config.toMap());
    }

    static @Nullable PeftConfig tryWith(PeftConfig config, Option<?> option, Object candidate) {
        String method = config.peftType().name();
        Map<String, Object> json = with(method, COMPANIONS.getOrDefault(option.key(), Map.of()));
        json.put(option.key(), candidate);
        Throwable refusal = catchThrowable(() -> PeftConfig.loadMap(json));
        if (refusal == null) {
            return PeftConfig.loadMap(json).config();
        }
        assertThat(refusal)
                .as("%s of %s is %s", option, method, candidate)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(option.key());
        return null;
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void refusesTypesThatFitNoOption(PeftConfig config) {
        for (Option<?> option : config.type().options()) {
            Map<String, Object> wrong = Map.of(option.key(), Arrays.asList(1, null, "x"));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> PeftConfig.loadMap(with(config.peftType().name(), wrong)))
                    .withMessageContaining(option.key())
                    .withMessageContaining(" must be ");
        }
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void warnsOfKeysThatItDoesNotHave(PeftConfig config) {
        String method = config.peftType().name();

        LoadedConfig loaded = PeftConfig.loadMap(with(method, Map.of("not_an_option", 1)));

        assertThat(loaded.config()).isEqualTo(config);
        assertThat(loaded.warnings())
                .anyMatch(warning -> warning.startsWith("Unexpected keys [not_an_option] for "));
    }
}
