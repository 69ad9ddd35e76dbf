using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Backups.Retention;

/// <summary>Which backups are kept, and for how long at most. It decides; nothing is deleted here.</summary>
public sealed record RetentionPolicy
{
    /// <summary>The variable that says how long a backup is kept at most: <c>35d</c>.</summary>
    public const string ExpiryVariable = "MAILY_BACKUP_EXPIRY";

    /// <summary>The variable that says how many are kept: <c>last=7,daily=7,weekly=4</c>, those left out as they are there.</summary>
    public const string KeepVariable = "MAILY_BACKUP_KEEP";

    // One that is being made has no receipt yet either.
    static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    /// <summary>The newest ones, whenever they were made.</summary>
    public int Last { get; init; } = 7;

    /// <summary>The newest one of each of so many days (UTC) that have one.</summary>
    public int Daily { get; init; } = 7;

    /// <summary>The newest one of each of so many weeks (ISO) that have one.</summary>
    public int Weekly { get; init; } = 4;

    /// <summary>Nothing is kept longer, for no reason: backups hold personal data.</summary>
    public TimeSpan Expiry { get; init; } = TimeSpan.FromDays(35);

    /// <summary>Reads <c>MAILY_BACKUP_EXPIRY</c> and <c>MAILY_BACKUP_KEEP</c>.</summary>
    /// <exception cref="MalformedVariableException">One is no duration longer than zero, or no list of counts.</exception>
    public static RetentionPolicy From(Variables variables)
    {
        var policy = variables.Find(KeepVariable) is { } keep ? new RetentionPolicy().Keeping(keep) : new();
        return variables.Find(ExpiryVariable) switch
        {
            null => policy,
            var text when Duration.TryParse(text) is { } expiry && expiry > TimeSpan.Zero => policy with { Expiry = expiry },
            _ => throw new MalformedVariableException(ExpiryVariable, "a duration like 35d"),
        };
    }

    RetentionPolicy Keeping(string text)
    {
        var policy = this;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
            policy = part.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var number] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? policy.Keeping(name, count) : throw Malformed();
        return policy is { Last: 0, Daily: 0, Weekly: 0 } ? throw Malformed() : policy;
    }

    RetentionPolicy Keeping(string name, int count) => name switch
    {
        "last" => this with { Last = count },
        "daily" => this with { Daily = count },
        "weekly" => this with { Weekly = count },
        _ => throw Malformed(),
    };

    static MalformedVariableException Malformed() => new(KeepVariable, "counts like last=7,daily=7,weekly=4, not all of them 0");

    /// <summary>Decides about each backup, newest first.</summary>
    /// <param name="backups">All of one environment, and those without a receipt.</param>
    /// <param name="needed">Backups that an unfinished deployment or a way back needs: kept until they expire.</param>
    /// <param name="now">The time.</param>
    public ImmutableArray<RetentionDecision> Decide(IEnumerable<BackupFact> backups, IReadOnlySet<string> needed, DateTimeOffset now)
    {
        var newestFirst = backups.OrderByDescending(backup => backup.At).ThenByDescending(backup => backup.Id, StringComparer.Ordinal).ToList();
        var whole = newestFirst.Where(backup => backup.IsWhole && now - backup.At < Expiry).ToList();
        var last = Ids(whole.Take(Last));
        var daily = Ids(whole.DistinctBy(backup => backup.At.UtcDateTime.Date).Take(Daily));
        var weekly = Ids(whole.DistinctBy(backup => (ISOWeek.GetYear(backup.At.UtcDateTime), ISOWeek.GetWeekOfYear(backup.At.UtcDateTime))).Take(Weekly));
        return [.. newestFirst.Select(backup => backup switch
        {
            { IsWhole: false } when now - backup.At < Patience => new RetentionDecision(backup, false, "it may be being made"),
            { IsWhole: false } => new(backup, true, "it was never completed"),
            _ when now - backup.At >= Expiry => new(backup, true, $"it expired after {(Expiry < TimeSpan.FromDays(1) ? $"{Expiry.TotalHours:0.##} hours" : $"{Expiry.TotalDays:0.#} days")}"),
            _ when needed.Contains(backup.Id) => new(backup, false, "a deployment or a way back needs it"),
            _ when last.Contains(backup.Id) => new(backup, false, $"one of the last {Last}"),
            _ when daily.Contains(backup.Id) => new(backup, false, "the newest of its day"),
            _ when weekly.Contains(backup.Id) => new RetentionDecision(backup, false, "the newest of its week"),
            _ => new(backup, true, "newer ones have taken its place"),
        })];
    }

    static HashSet<string> Ids(IEnumerable<BackupFact> backups) => [.. backups.Select(backup => backup.Id)];
}

/// <summary>What retention must know of a backup.</summary>
/// <param name="Id">Its id.</param>
/// <param name="At">When it was made, or when its deployment began.</param>
/// <param name="IsWhole">Whether it has a receipt.</param>
public sealed record BackupFact(string Id, DateTimeOffset At, bool IsWhole);

/// <summary>What becomes of a backup, and why.</summary>
/// <param name="Backup">The backup.</param>
/// <param name="IsDeleted">Whether it is to be deleted.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RetentionDecision(BackupFact Backup, bool IsDeleted, string Reason);
