using System.Text;
using CsCheck;
using Maily.Deploy.Migrations;

namespace Maily.Deploy.Tests.Migrations;

/// <summary>Whatever a file holds, it is split or refused, never a crash, and nothing of it is lost.</summary>
public sealed class SqlFuzzTests
{
    static readonly Gen<string> Piece = Gen.OneOf(
        OneOf("'", "''", "\"", "\"\"", "$$", "$a$", "$a", "--", "-- x\n", "/*", "*/", ";", ";;", "(", ")", "\\", "\\.", "E'", "e'\\''", "U&\"", "x'", "\n", "\r\n", "\t", " ", "\uFEFF", "é", "\U0001F600", "\0"),
        OneOf("begin", "BEGIN", "atomic", "ATOMIC", "end", "END", "case", "create", "function", "select", "copy", "from", "stdin", "concurrently", "index", "commit", "do", "insert", "alter table a add b"),
        Gen.String[Gen.Char.AlphaNumeric, 0, 5]);

    static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    static readonly Gen<string> Sql = Piece.Array[0, 40].Select(pieces => string.Join("", pieces));

    [Fact]
    public void The_statements_joined_are_the_file() =>
        Sql.Sample(sql => string.Concat(SqlSplitter.Split(sql).Select(statement => statement.Raw)) == sql, iter: 50_000);

    [Fact]
    public void Each_statement_is_where_it_says() =>
        Sql.Sample(sql => SqlSplitter.Statements(sql).All(statement => sql.AsSpan(statement.TextStart).StartsWith(statement.Text) && statement.Text.Length > 0), iter: 20_000);

    [Fact]
    public void Any_bytes_are_a_migration_or_are_refused() => Gen.Byte.Array[0, 60].Sample(bytes => IsTakenOrRefused(bytes), iter: 20_000);

    [Fact]
    public void Any_text_is_a_migration_or_is_refused_and_can_be_planned_and_judged() => Sql.Sample(sql => IsTakenOrRefused(Encoding.UTF8.GetBytes(sql)), iter: 20_000);

    static bool IsTakenOrRefused(byte[] bytes)
    {
        try
        {
            var file = MigrationFolder.Parse("20260101000000_fuzz.sql", bytes);
            _ = BackwardCompatibility.Judge(file.Statements);
            return MigrationPlan.For(file).Groups.Length > 0;
        }
        catch (UnreadableMigrationException refused)
        {
            return refused.Kind == FailureKind.Refused;
        }
    }
}
