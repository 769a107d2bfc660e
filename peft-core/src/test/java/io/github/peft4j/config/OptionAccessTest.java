package io.github.peft4j.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Primitives;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.json.OneOrMany;
import io.github.peft4j.matching.TargetOptions;
import io.github.peft4j.tuner.trainabletokens.TokenIndices;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The setter and the getter with an option's name set and get that option, not another one. */
class OptionAccessTest {

    private static final List<Option<?>> SET_IN_OTHER_WAYS =
            Stream.concat(CommonOptions.ALL.stream(), TargetOptions.ALL.stream()).toList();

    /** LoRA's for starts and variants that only other tools run, and what CPT decides itself. */
    private static final ImmutableSet<String> WITHOUT_SETTER =
            ImmutableSet.of(
                    "alora_invocation_tokens",
                    "corda_config",
                    "eva_config",
                    "loftq_config",
                    "lora_ga_config",
                    "megatron_core",
                    "num_transformer_submodules",
                    "num_virtual_tokens",
                    "qalora_group_size");

    static Stream<PeftConfig> defaults() {
        return ConfigContractTest.defaults();
    }

    @ParameterizedTest
    @MethodSource("defaults")
    void setsAndGetsTheOptionOfTheName(PeftConfig config) throws ReflectiveOperationException {
        List<String> without = new ArrayList<>();
        for (Option<?> option : config.type().options()) {
            boolean own = option.runs() && !SET_IN_OTHER_WAYS.contains(option);
            if (own && !roundTrips(config, option)) {
                without.add(option.key());
            }
        }
        assertThat(WITHOUT_SETTER).containsAll(without);
    }

    /** Whether a setter takes what the option may become, which is nothing for some methods. */
    private static <T> boolean roundTrips(PeftConfig config, Option<T> option)
            throws ReflectiveOperationException {
        int accepted = 0;
        int taken = 0;
        for (Object candidate : ConfigContractTest.CANDIDATES) {
            PeftConfig changed = ConfigContractTest.tryWith(config, option, candidate);
            if (changed == null || changed.find(option).equals(config.find(option))) {
                continue;
            }
            accepted++;
            T value = changed.get(option);
            for (Method setter : changed.toBuilder().getClass().getMethods()) {
                Object given = argument(setter, option, value);
                if (given == null) {
                    continue;
                }
                PeftConfigBuilder<?, ?> builder = changed.toBuilder();
                restoreDefault(builder, option);
                setter.invoke(builder, given);
                PeftConfig set = builder.build(warning -> {});
                assertThat(set).as("%s(%s)", setter.getName(), value).isEqualTo(changed);
                assertGets(set, option, given instanceof Record ? given : value);
                taken++;
            }
        }
        return accepted == 0 || taken > 0;
    }

    private static <T> void restoreDefault(PeftConfigBuilder<?, ?> builder, Option<T> option) {
        builder.set(option, option.standard().orElse(null));
    }

    /** What a setter takes for a value; null if it is not the option's setter. */
    private static @Nullable Object argument(Method setter, Option<?> option, Object value)
            throws ReflectiveOperationException {
        // set... is what a config cannot be without
        boolean named = setter.getName().matches("(opt|set)" + upper(name(option)));
        if (!named || setter.getParameterCount() != 1 || setter.isBridge()) {
            return null;
        }
        Class<?> type = setter.getParameterTypes()[0];
        if (type == int.class && value instanceof Long number) {
            return Math.toIntExact(number);
        }
        if (type == String[].class && value instanceof OneOrMany<?> names && !names.single()) {
            return names.values().toArray(String[]::new);
        }
        if (type == String[].class && value instanceof List<?> names) {
            return names.toArray(String[]::new);
        }
        if (type == int[].class && value instanceof List<?> numbers) {
            return numbers.stream().mapToInt(number -> ((Number) number).intValue()).toArray();
        }
        for (Method maker : type.getMethods()) {
            boolean ofValues =
                    maker.getName().equals("of")
                            && Arrays.equals(maker.getParameterTypes(), new Class<?>[] {Map.class});
            if (ofValues && value instanceof Map) {
                return maker.invoke(null, value); // settings of their own, by their values
            }
        }
        if (type == Map.class && value instanceof TokenIndices ids) {
            return ids.byName();
        }
        return Primitives.wrap(type).isInstance(value) ? value : null;
    }

    /** AdaLoRA gives some of its options as the parts of a schedule alone. */
    private static void assertGets(PeftConfig config, Option<?> option, Object value)
            throws ReflectiveOperationException {
        for (Method getter : config.getClass().getMethods()) {
            if (!getter.getName().equals(name(option)) || getter.getParameterCount() > 0) {
                continue;
            }
            Object got = getter.invoke(config);
            Object plain = got instanceof Optional<?> optional ? optional.orElseThrow() : got;
            Object wanted = plain instanceof Double ? ((Number) value).doubleValue() : value;
            assertThat(plain).as(option.key()).isEqualTo(wanted);
        }
    }

    /** {@code rank_pattern} is rankPattern, {@code apply_GS} applyGs, {@code opt_a_b} aB. */
    private static String name(Option<?> option) {
        String[] words = option.key().replaceFirst("^opt_", "").split("_", -1);
        return words[0]
                + String.join(
                        "",
                        Arrays.stream(words)
                                .skip(1)
                                .map(word -> upper(word.toLowerCase(Locale.ROOT)))
                                .toList());
    }

    private static String upper(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
