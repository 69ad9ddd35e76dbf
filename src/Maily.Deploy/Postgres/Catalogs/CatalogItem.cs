namespace Maily.Deploy.Postgres.Catalogs;

/// <summary>One object of a database, or one property of an object, as text that can be compared.</summary>
/// <param name="Kind">What it is: <c>column</c>, <c>policy</c>, <c>grant</c>.</param>
/// <param name="Name">Its qualified name.</param>
/// <param name="Definition">All that counts of it; empty where its presence is all.</param>
/// <param name="IsPartition">Whether it belongs to a partition, which applications make and drop by themselves.</param>
public sealed record CatalogItem(string Kind, string Name, string Definition, bool IsPartition = false)
{
    /// <summary><c>column public.campaigns.name</c>.</summary>
    public string Title => $"{Kind} {Name}";
}

/// <summary>An object in which two catalogs differ.</summary>
/// <param name="Title">Kind and name.</param>
/// <param name="Expected">As it should be; null where it should not be there.</param>
/// <param name="Actual">As it is; null where it is missing.</param>
public sealed record CatalogDifference(string Title, string? Expected, string? Actual)
{
    /// <summary>For people: <c>column public.a.b is missing</c>.</summary>
    public override string ToString() => (Expected, Actual) switch
    {
        (null, _) => $"{Title} is there and should not be{Detail(Actual)}",
        (_, null) => $"{Title} is missing{Detail(Expected)}",
        _ => $"{Title} is {Short(Actual)} and should be {Short(Expected)}",
    };

    static string Detail(string? definition) => string.IsNullOrEmpty(definition) ? "" : $" ({Short(definition)})";

    static string Short(string definition)
    {
        var line = string.Join(' ', definition.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "without it" : line.Length > 120 ? line[..120] + " ..." : line;
    }
}
