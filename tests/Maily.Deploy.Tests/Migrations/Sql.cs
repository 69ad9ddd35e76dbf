using System.Text;
using Maily.Deploy.Migrations;

namespace Maily.Deploy.Tests.Migrations;

static class Sql
{
    public static MigrationFile File(string sql, string version = "20260101000000", string name = "test") =>
        MigrationFolder.Parse($"supabase/migrations/{version}_{name}.sql", Encoding.UTF8.GetBytes(sql));

    public static string[] Texts(string sql) => [.. SqlSplitter.Statements(sql).Select(statement => statement.Text)];
}
