package io.github.peft4j.config;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.matching.TargetOptions;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.OptionPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The table of options in each method's page is that of its config. {@code -Dpeft.write=true}
 * writes the tables.
 */
class OptionPagesTest {

    private static final Path PAGES =
            Golden.path("").resolve("../../../../../docs/methods").normalize();

    /** Pages that are not called as their method in lower case. */
    private static final ImmutableMap<String, String> NAMES =
            ImmutableMap.of("LN_TUNING", "ln-tuning", "P_TUNING", "p-tuning");

    static Stream<ConfigType<?>> types() {
        return ConfigContractTest.defaults().map(PeftConfig::type);
    }

    @ParameterizedTest
    @MethodSource("types")
    void isThatOfTheConfig(ConfigType<?> type) throws IOException {
        OptionPage.check(
                PAGES.resolve(page(type.peftType().name()) + ".md"),
                table(type),
                "mvn test -pl peft-core -Dtest=OptionPagesTest -Dpeft.write=true");
    }

    private static String page(String method) {
        return NAMES.getOrDefault(method, method.toLowerCase(Locale.ROOT).replace('_', '-'));
    }

    private static String table(ConfigType<?> type) {
        return OptionPage.table(
                type.options().stream()
                        .filter(option -> !CommonOptions.ALL.contains(option))
                        .sorted(Comparator.comparing(TargetOptions.ALL::contains)) // own first
                        .toList());
    }
}
