package io.github.peft4j.task.metric.text;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * A run of words with one meaning, e.g. a person's name.
 *
 * @param type what it is, e.g. {@code PER}; {@code _} for tags without a type
 * @param start its first word, counted from 0
 * @param end the word after its last
 */
public record Entity(String type, int start, int end) {

    private static final String PREFIXES = "BIES";

    /**
     * The entities in a row of tags, read as the CoNLL evaluation does and seqeval by default.
     *
     * <p>Tags are {@code O} or a prefix, {@code -} and a type: B begins an entity, I goes on, E
     * ends one and S is one alone (IOB1, IOB2 and IOBES are read alike). A row need not be well
     * formed. An entity begins at a tag other than O that
     *
     * <ul>
     *   <li>has B or S,
     *   <li>comes first, or after O, E or S, whatever its own prefix, or
     *   <li>differs in type from the tag before it,
     * </ul>
     *
     * and reaches to the next beginning or O. So {@code O I-PER I-PER} is one entity, and {@code
     * B-PER I-LOC} two.
     *
     * @throws IllegalArgumentException for a tag with another prefix
     * @see <a href="https://github.com/chakki-works/seqeval">seqeval</a>, mode default
     */
    public static List<Entity> of(List<String> tags) {
        ImmutableList.Builder<Entity> entities = ImmutableList.builder();
        String before = "O";
        int start = 0;
        for (int i = 0; i <= tags.size(); i++) {
            String tag = i == tags.size() ? "O" : tags.get(i);
            boolean begins = begins(before, tag);
            if (isInside(before) && (begins || !isInside(tag))) {
                entities.add(new Entity(type(before), start, i));
            }
            if (begins) {
                start = i;
            }
            before = tag;
        }
        return entities.build();
    }

    private static boolean begins(String before, String tag) {
        if (!isInside(tag)) {
            return false;
        }
        boolean open = before.startsWith("B") || before.startsWith("I");
        return !open
                || tag.startsWith("B")
                || tag.startsWith("S")
                || !type(tag).equals(type(before));
    }

    private static boolean isInside(String tag) {
        if (tag.equals("O")) {
            return false;
        }
        boolean known = !tag.isEmpty() && PREFIXES.indexOf(tag.charAt(0)) >= 0;
        if (!known || (tag.length() > 1 && tag.charAt(1) != '-')) {
            throw new IllegalArgumentException(
                    ("Tag '%s' is neither O nor a type behind B-, I-, E- or S-. Give the model's"
                                    + " id2label such names, e.g. B-PER.")
                            .formatted(tag));
        }
        return true;
    }

    private static String type(String tag) {
        return tag.length() > 2 ? tag.substring(2) : "_";
    }
}
