package io.github.peft4j.internal.store;

import com.google.common.base.Joiner;
import io.github.peft4j.tuner.LayerTuner;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How the names in a file differ from an adapter's keys where all of them differ alike: other
 * trainers write other prefixes, or a prefix twice, or leave an adapter's name in.
 *
 * @param found what the names have in common
 * @param wanted what the keys have in its place
 * @param atStart whether both stand at the start of the names, behind {@link #PREFIX}; at the end
 *     if not
 * @param count how many names become keys so
 */
record KeyHint(String found, String wanted, boolean atStart, long count) {

    private static final String PREFIX = LayerTuner.KEY_PREFIX;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]{1,300}");

    /**
     * Looks for such a difference.
     *
     * @param names in the file, without a key
     * @param keys of the adapter, without a name
     */
    static Optional<KeyHint> of(List<String> names, Set<String> keys) {
        if (names.isEmpty() || keys.isEmpty() || !PLAIN.matcher(names.get(0)).matches()) {
            return Optional.empty();
        }
        for (boolean atStart : new boolean[] {true, false}) {
            KeyHint guess = guess(names.get(0), keys, atStart);
            long count = names.stream().filter(name -> keys.contains(guess.applied(name))).count();
            if (count > 0 && 2 * count >= names.size()) {
                return Optional.of(new KeyHint(guess.found, guess.wanted, atStart, count));
            }
        }
        return Optional.empty();
    }

    /** From the key that has most in common with the name on the other side. */
    private static KeyHint guess(String name, Collection<String> keys, boolean atStart) {
        String[] own = parts(rest(name));
        String[] best = {};
        int most = -1;
        for (String key : keys) {
            String[] other = parts(name.startsWith(PREFIX) ? rest(key) : key);
            int common = 0;
            while (common < Math.min(own.length, other.length)
                    && at(own, common, atStart).equals(at(other, common, atStart))) {
                common++;
            }
            if (common > most) {
                most = common;
                best = other;
            }
        }
        return new KeyHint(
                differing(own, most, atStart), differing(best, most, atStart), atStart, 0);
    }

    private static String[] parts(String name) {
        return name.split("\\.", -1);
    }

    private static String rest(String name) {
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    }

    /** Parts are compared from the end where the start differs, and the other way round. */
    private static String at(String[] parts, int index, boolean atStart) {
        return parts[atStart ? parts.length - 1 - index : index];
    }

    private static String differing(String[] parts, int common, boolean atStart) {
        List<String> all = List.of(parts);
        List<String> own =
                atStart ? all.subList(0, parts.length - common) : all.subList(common, parts.length);
        String joined = Joiner.on('.').join(own);
        return joined.isEmpty() ? "" : atStart ? joined + "." : "." + joined;
    }

    private String applied(String name) {
        String start = name.startsWith(PREFIX) ? PREFIX : "";
        String rest = rest(name);
        if (atStart) {
            return rest.startsWith(found) ? start + wanted + rest.substring(found.length()) : "";
        }
        return rest.endsWith(found)
                ? start + rest.substring(0, rest.length() - found.length()) + wanted
                : "";
    }

    /** The cure in words: an option that reads the names. */
    String cure() {
        String quoted = found.replace(".", "\\\\.");
        String pattern = atStart ? "^" + quoted : quoted + "$";
        String place = atStart ? "start" : "end";
        String difference;
        if (found.isEmpty()) {
            difference = "lack '" + wanted + "' at their " + place;
        } else if (wanted.isEmpty()) {
            difference = "have '" + found + "' at their " + place + " in vain";
        } else {
            difference = place + " with '" + found + "' instead of '" + wanted + "'";
        }
        return " The names of "
                + count
                + " tensors "
                + difference
                + ". LoadAdapterOptions.builder().optKeyMapping(Map.of(\""
                + pattern
                + "\", \""
                + wanted
                + "\")) reads them.";
    }
}
