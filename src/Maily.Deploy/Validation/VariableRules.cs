using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Validation;

/// <summary>The 16 variables of a whole deployment, each with its form and the stages that need it.</summary>
public static partial class VariableRules
{
    static readonly ImmutableArray<string> Frontend = ["StageVercel", "DeployVercel"];
    static readonly ImmutableArray<string> Database = ["Backup", "Migrate", "VerifySchema"];
    static readonly ImmutableArray<string> Cluster = ["Provision", "DeployK8s", "DeployAiServices"];
    static readonly ImmutableArray<string> Ai = ["DeployAiServices"];

    /// <summary>All of them, in the order of the table.</summary>
    public static ImmutableArray<VariableRule> All { get; } =
    [
        new("VERCEL_TOKEN", "a Vercel token (20 letters or digits and more)", Matches(Token()), Frontend),
        new("VERCEL_ORG_ID", "the id of a Vercel team (team_...) or user", Matches(Owner()), Frontend),
        new("VERCEL_PROJECT_ID", "the id of a Vercel project (prj_...)", Matches(Project()), Frontend),
        new("SUPABASE_DB_URL", "a connection address: postgresql://user:password@host:port/database", VariableForms.IsConnectionString, Database),
        new("DATABASE_HOST", "a host name or address, with or without :port", VariableForms.IsHost, Database),
        new("DATABASE_USER", "a user name without spaces", VariableForms.IsWord, Database),
        new("DATABASE_PASSWORD", "a password without line breaks", VariableForms.IsOneLine, Database),
        new("DATABASE_NAME", "a database name (1 to 63 characters, no / or spaces)", VariableForms.IsDatabaseName, Database),
        new("AWS_ACCESS_KEY_ID", "an AWS access key id (AKIA... or ASIA..., 20 characters)", Matches(AccessKey()), Cluster),
        new("AWS_SECRET_ACCESS_KEY", "an AWS secret key (40 characters)", Matches(SecretKey()), Cluster),
        new("AWS_REGION", "an AWS region that exists, for instance eu-west-1", VariableForms.IsRegion, Cluster),
        new("EKS_CLUSTER_NAME", "the name of an EKS cluster (letters, digits, - and _, at most 100)", Matches(ClusterName()), Cluster),
        new("OPENAI_API_KEY", "an OpenAI key (sk-...)", Matches(OpenAi()), Ai),
        new("ANTHROPIC_API_KEY", "an Anthropic key (sk-ant-...)", Matches(Anthropic()), Ai),
        new("GOOGLE_AI_API_KEY", "a Google AI key (AIza..., 39 characters)", Matches(Google()), Ai),
        new("SLACK_WEBHOOK_URL", "the https address of a Slack webhook", VariableForms.IsWebhook, ["Notify"]),
    ];

    /// <summary>The names of all 16.</summary>
    public static ImmutableArray<string> Names { get; } = [.. All.Select(rule => rule.Name)];

    /// <summary>
    /// The names whose values, or passwords in them, are never shown: fit for a redactor. Names of hosts, users, regions
    /// and clusters are not among them; ids that give no access are not either.
    /// </summary>
    public static ImmutableArray<string> SecretNames { get; } =
    [
        "VERCEL_TOKEN", "SUPABASE_DB_URL", "DATABASE_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_AI_API_KEY", "SLACK_WEBHOOK_URL", "MAILY_JOURNAL_URL", "RESTORE_CHECK_URL", "SUPABASE_REPLICA_URLS",
        "MAILY_BACKUP_KEY", "MAILY_MANIFESTS_TOKEN", "VERCEL_AUTOMATION_BYPASS_SECRET", "CLOUDFLARE_API_TOKEN", "GITHUB_TOKEN", "TRIVY_TOKEN",
        "REGISTRY_PASSWORD", "REGISTRY_PULL_PASSWORD",
    ];

    /// <summary>Names of the variables that the planned stages need, for sources that are asked only where one is missing.</summary>
    public static ImmutableArray<string> NeededBy(IReadOnlyCollection<string> planned) =>
        [.. All.Where(rule => rule.Stages.Any(planned.Contains)).Select(rule => rule.Name), .. planned.Contains("Backup") ? ["MAILY_BACKUP_KEY"] : Array.Empty<string>()];

    static Func<string, bool> Matches(Regex form) => form.IsMatch;

    [GeneratedRegex("^[A-Za-z0-9_-]{20,}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Token();

    [GeneratedRegex("^(?:team_)?[A-Za-z0-9]{16,}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Owner();

    [GeneratedRegex("^prj_[A-Za-z0-9]{16,}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Project();

    [GeneratedRegex("^A(?:KIA|SIA)[A-Z0-9]{16}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex AccessKey();

    [GeneratedRegex("^[A-Za-z0-9/+=]{40}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex SecretKey();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ClusterName();

    [GeneratedRegex("^sk-(?!ant-)[A-Za-z0-9_-]{16,}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OpenAi();

    [GeneratedRegex("^sk-ant-[A-Za-z0-9_-]{16,}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Anthropic();

    [GeneratedRegex("^AIza[A-Za-z0-9_-]{35}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Google();
}
