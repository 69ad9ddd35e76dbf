using System.Collections.Immutable;
using Maily.Deploy.Sandbox.Postgres;

namespace Maily.Deploy.Sandbox;

/// <summary>The variables with which a deployment finds the sandbox in place of the hosted services.</summary>
static class SandboxEnvironment
{
    /// <summary>Those of Postgres and the journal.</summary>
    public static IEnumerable<(string Name, string Value)> Of(PostgresServer postgres) =>
    [
        ("SUPABASE_DB_URL", postgres.DatabaseUrl),
        ("DATABASE_HOST", "127.0.0.1"),
        ("DATABASE_USER", postgres.Options.Role),
        ("DATABASE_PASSWORD", postgres.Options.Password),
        ("DATABASE_NAME", postgres.Options.Database),
        ("MAILY_JOURNAL_URL", postgres.JournalUrl),
        ("RESTORE_CHECK_URL", postgres.ScratchUrl),
    ];

    /// <summary>The secrets of the hosted services.</summary>
    public static IEnumerable<(string Name, string Value)> Of(SandboxCredentials credentials, SandboxOptions options) =>
    [
        ("VERCEL_TOKEN", credentials.VercelToken),
        ("VERCEL_ORG_ID", credentials.VercelOrgId),
        ("VERCEL_PROJECT_ID", credentials.VercelProjectId),
        ("AWS_ACCESS_KEY_ID", credentials.AwsAccessKeyId),
        ("AWS_SECRET_ACCESS_KEY", credentials.AwsSecretAccessKey),
        ("AWS_REGION", options.Regions[0]),
        ("EKS_CLUSTER_NAME", options.ClusterName),
        ("OPENAI_API_KEY", credentials.OpenAiKey),
        ("ANTHROPIC_API_KEY", credentials.AnthropicKey),
        ("GOOGLE_AI_API_KEY", credentials.GoogleKey),
        ("MAILY_BACKUP_KEY", credentials.BackupKey),
        // Long enough to be seen; a rehearsal does not stand still for what production waits for.
        ("MAILY_BAKE_TIME", "1s"),
    ];

    /// <summary>All in one dictionary.</summary>
    public static ImmutableSortedDictionary<string, string> Join(params IEnumerable<IEnumerable<(string Name, string Value)>> parts) =>
        parts.SelectMany(part => part).ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
}
