namespace Nuke.Common.CI;

/// <summary>Which part of a split target this job runs.</summary>
public class Partition
{
    /// <summary>The whole, as one part.</summary>
    public static Partition Single { get; } = new() { Part = 1, Total = 1 };

    /// <summary>The part, from 1.</summary>
    public int Part { get; set; }

    /// <summary>How many parts there are.</summary>
    public int Total { get; set; }

    /// <summary>The items of this part.</summary>
    public IEnumerable<T> GetCurrent<T>(IEnumerable<T> enumerable)
        => enumerable.Where((_, i) => i % Total == Part - 1);

    /// <summary>Whether this is the given part.</summary>
    public bool IsIn(int part) => part == Part;

    /// <inheritdoc/>
    public override string ToString() => $"{Part}/{Total}";

    internal static Partition Parse(string text)
    {
        var parts = text.Split('/');
        return parts.Length == 2 && int.TryParse(parts[0], out var part) && int.TryParse(parts[1], out var total)
            && part >= 1 && part <= total
            ? new Partition { Part = part, Total = total }
            : throw new FormatException($"'{text}' is no part such as 2/3");
    }
}
