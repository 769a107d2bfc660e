package io.github.peft4j.hub;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What is about to be downloaded.
 *
 * @param name the repository
 * @param revision the branch, tag or commit that was asked for
 * @param commit the commit that it stands for
 * @param licence as the model card names it; empty if it does not
 * @param files sizes in bytes by the names of the files that the cache lacks; -1 where the hub does
 *     not say
 */
public record HubPlan(
        HubName name,
        String revision,
        String commit,
        Optional<String> licence,
        Map<String, Long> files) {

    /** Copies the collection. */
    public HubPlan {
        files = ImmutableMap.copyOf(files);
    }

    /** All known sizes together. */
    public long bytes() {
        return files.values().stream().mapToLong(size -> Math.max(0, size)).sum();
    }

    /** One line for people: files, size, licence. */
    public String text() {
        return "%s (%s): %d files, %s, licence: %s"
                .formatted(
                        name,
                        revision.equals(commit)
                                ? "commit " + commit.substring(0, 8)
                                : revision + " = " + commit.substring(0, 8),
                        files.size(),
                        size(bytes()),
                        licence.orElse("not said"));
    }

    /** A number of bytes for people, such as {@code 1.3 GB}. */
    public static String size(long bytes) {
        String[] units = {"B", "kB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1000 && unit < units.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
