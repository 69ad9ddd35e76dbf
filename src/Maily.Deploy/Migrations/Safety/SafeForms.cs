namespace Maily.Deploy.Migrations.Safety;

/// <summary>How to write what a statement wants without keeping people waiting.</summary>
static class SafeForms
{
    public static string For(SqlStatement statement)
    {
        bool Has(params string[] words) => Enumerable.Range(0, statement.Words.Length - words.Length + 1).Any(at => statement.Words.Skip(at).Take(words.Length).SequenceEqual(words, StringComparer.Ordinal));
        return statement switch
        {
            _ when statement.StartsWith("CREATE", "INDEX") || statement.StartsWith("CREATE", "UNIQUE", "INDEX") => "Write `create index concurrently`, in a migration of its own.",
            _ when statement.StartsWith("DROP", "INDEX") => "Write `drop index concurrently`, in a migration of its own.",
            _ when statement.StartsWith("REINDEX") => "Write `reindex ... concurrently`, in a migration of its own.",
            _ when statement.StartsWith("REFRESH") => "Write `refresh materialized view concurrently`; it needs a unique index.",
            _ when statement.StartsWith("CLUSTER|VACUUM") => "Leave it out of migrations; use pg_repack, or a time when nobody is there.",
            _ when statement.StartsWith("UPDATE|DELETE") => "Change rows in batches, outside of migrations, and constrain them in a later one.",
            _ when statement.StartsWith("TRUNCATE") || statement.StartsWith("DROP", "TABLE") => "Release code first that does not use the table any more.",
            _ when Has("SET", "NOT", "NULL") => "Add `check (column is not null) not valid`, `validate constraint` in a later migration, then `set not null`, which needs no scan then.",
            _ when Has("FOREIGN", "KEY") || Has("REFERENCES") => "Add the foreign key `not valid`, and `validate constraint` in a later migration.",
            _ when Has("ADD", "PRIMARY", "KEY") || Has("UNIQUE") || Has("PRIMARY", "KEY") => "Make the index with `create unique index concurrently` first, then `add constraint ... using index`.",
            _ when Has("CHECK") => "Add the constraint `not valid`, and `validate constraint` in a later migration.",
            _ when Has("TYPE") => "Add a new column, fill it in batches, let the code use it, and drop the old one in a later release.",
            _ when Has("ADD", "COLUMN") || Has("ADD") && Has("DEFAULT") => "Add the column without the volatile default, `set default` for new rows, and fill the old ones in batches.",
            _ => "Split it: what needs the strong lock in a migration of its own that does nothing else, what takes long in another one.",
        };
    }
}
