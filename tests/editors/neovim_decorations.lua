-- Opens a helper and a test file in Neovim, switches inlay hints and code lenses on as a user would, and tells what is
-- shown: in the test file at first, in the helper once its note is there, and in the test file after the helper was
-- edited without an edit of the test file. What was seen goes to a JSON file, also when something fails.
--
-- nvim -l neovim_decorations.lua OUTPUT TEST HELPER LENSES FROM TO: LENSES is how many lenses there are; every FROM in
-- HELPER becomes TO.

local script = dofile(vim.fs.joinpath(vim.fs.dirname(arg[0]), 'neovim_script.lua'))
local output, test, helper, lenses, from, to = arg[1], arg[2], arg[3], tonumber(arg[4]), arg[5], arg[6]

script(output, 60000, function(seen, wait)
  vim.cmd.edit(helper)
  local helped = vim.api.nvim_get_current_buf()
  vim.cmd.edit(test)
  local tested = vim.api.nvim_get_current_buf()
  wait('the client', function()
    local client = vim.lsp.get_clients({ bufnr = 0, name = 'isolint' })[1]
    return client ~= nil and client.initialized
  end)
  vim.lsp.inlay_hint.enable(true, { bufnr = tested })

  local function hints()
    return vim.tbl_map(function(it)
      return { line = it.inlay_hint.position.line, label = it.inlay_hint.label }
    end, vim.lsp.inlay_hint.get({ bufnr = tested }))
  end
  -- While the server still learns about the installed packages, nothing is known to leave.
  wait('the hints', function()
    return #hints() > 0
  end)
  seen.hints = hints()

  local function shown()
    local titles = {}
    for _, lens in ipairs(vim.lsp.codelens.get(tested)) do
      if lens.command then
        table.insert(titles, { line = lens.range.start.line, title = lens.command.title })
      end
    end
    return titles
  end
  wait('the lenses', function()
    vim.lsp.codelens.refresh({ bufnr = tested })
    return #shown() >= lenses
  end, 200)
  seen.lenses = shown()

  wait('the note at the helper', function()
    return #vim.diagnostic.get(helped, { severity = vim.diagnostic.severity.INFO }) > 0
  end)
  seen.note = vim.tbl_map(function(it)
    return { line = it.lnum, message = it.message }
  end, vim.diagnostic.get(helped, { severity = vim.diagnostic.severity.INFO }))

  local lines = vim.api.nvim_buf_get_lines(helped, 0, -1, false)
  for index, line in ipairs(lines) do
    lines[index] = line:gsub(vim.pesc(from), to)
  end
  vim.api.nvim_buf_set_lines(helped, 0, -1, false, lines)
  wait('no hints', function()
    return #hints() == 0
  end)
end)
