package io.github.peft4j.task.data.chat;

/** What two rows of tokens begin with. */
final class Prefixes {

    private Prefixes() {}

    /** How many tokens both begin with. */
    static int shared(int[] first, int[] second) {
        int count = 0;
        while (count < Math.min(first.length, second.length) && first[count] == second[count]) {
            count++;
        }
        return count;
    }
}
