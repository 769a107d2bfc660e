package io.github.peft4j.task.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.CaseFormat;
import io.github.peft4j.config.option.Option;
import io.github.peft4j.config.option.OptionTable;
import io.github.peft4j.json.JsonValues;
import io.github.peft4j.testkit.Golden;
import io.github.peft4j.testkit.OptionPage;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What holds for each table of options under Hugging Face's keys. */
public final class OptionContract {

    private OptionContract() {}

    /** The defaults that Python wrote. */
    public static Map<String, @Nullable Object> python(String file) throws IOException {
        try (InputStream in = OptionContract.class.getResourceAsStream("/options/" + file)) {
            return JsonValues.parseObject(
                    Objects.requireNonNull(in, file).readAllBytes(), file, "");
        }
    }

    /** The defaults of a table that are not Python's, by key. */
    public static Map<String, @Nullable Object> differences(
            OptionTable table, Map<String, @Nullable Object> python) {
        Map<String, @Nullable Object> different = new TreeMap<>();
        for (Option<?> option : table.options()) {
            Object standard = standard(option);
            Object expected = python.get(option.key());
            boolean equal =
                    (standard instanceof Number one && expected instanceof Number other)
                            ? one.doubleValue() == other.doubleValue()
                            : Objects.equals(standard, expected);
            if (!equal) {
                different.put(option.key(), standard);
            }
        }
        return different;
    }

    private static <T> @Nullable Object standard(Option<T> option) {
        return option.standard().map(option.type()::toJson).orElse(null);
    }

    /** Sets an option by the builder's setter, which is named after the key. */
    public static void set(Object builder, String name, Object value)
            throws ReflectiveOperationException {
        String setter = "opt" + CaseFormat.LOWER_UNDERSCORE.to(CaseFormat.UPPER_CAMEL, name);
        Method method =
                Stream.of(builder.getClass().getMethods())
                        .filter(each -> each.getName().equals(setter))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError("There is no " + setter));
        method.invoke(builder, value);
    }

    /** What the getter that is named after a key says; one of these objects has it. */
    public static @Nullable Object get(String name, Object... owners)
            throws ReflectiveOperationException {
        String getter = CaseFormat.LOWER_UNDERSCORE.to(CaseFormat.LOWER_CAMEL, name);
        for (Object owner : owners) {
            if (Arrays.stream(owner.getClass().getMethods())
                    .anyMatch(
                            each ->
                                    each.getName().equals(getter)
                                            && each.getParameterCount() == 0)) {
                return owner.getClass().getMethod(getter).invoke(owner);
            }
        }
        throw new AssertionError("There is no " + getter);
    }

    /** Each option says in one line what it does. */
    public static void hasMeanings(OptionTable table) {
        assertThat(table.options())
                .allSatisfy(
                        option ->
                                assertThat(option.meaning())
                                        .as(option.key())
                                        .isNotBlank()
                                        .doesNotContain("\n")
                                        .doesNotEndWith("."));
    }

    /** The options in a guide are those of the tables. */
    public static void documents(
            String guide, OptionTable table, List<Option<?>> own, OptionTable refused, String more)
            throws IOException {
        String options =
                OptionPage.table(
                                table.options().stream()
                                        .filter(option -> !own.contains(option))
                                        .toList())
                        + "\nOptions that Hugging Face does not have:\n\n"
                        + OptionPage.table(own)
                        + "\nRefused unless they have the default, because the result would"
                        + " change:\n"
                        + keys(refused)
                        + more;
        OptionPage.check(
                Golden.path("").resolve("../../../../../docs/guides").normalize().resolve(guide),
                options,
                "mvn test -pl peft-tasks -am -Dtest='*OptionsTest'"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dpeft.write=true");
    }

    /** The keys of a table with their defaults, in a paragraph. */
    public static String keys(OptionTable table) {
        return lines(
                table.options().stream()
                        .map(
                                option ->
                                        "`%s` (`%s`)"
                                                .formatted(
                                                        option.key(), OptionPage.standard(option)))
                        .toList());
    }

    /** A list in lines of at most 120 characters. */
    private static String lines(List<String> items) {
        StringBuilder text = new StringBuilder();
        int length = 0;
        for (String item : items) {
            boolean last = item.equals(items.get(items.size() - 1));
            String more = item + (last ? "." : ",");
            if (length > 0 && length + 1 + more.length() > 120) {
                text.append('\n');
                length = 0;
            }
            text.append(length == 0 ? "" : " ").append(more);
            length += more.length() + (length == 0 ? 0 : 1);
        }
        return text.append('\n').toString();
    }
}
